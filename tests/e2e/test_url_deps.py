#!/usr/bin/env python3
"""Tests a stage that depends on a URL, with a real server: test_url_deps.py <dvx>."""

import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves /etag, /moved → /etag, /date and /nothing. `says` holds its answers."""

    says = {"etag": "one", "date": "Mon, 01 Jan 2024 00:00:00 GMT"}
    asked = 0

    def do_HEAD(self):
        Handler.asked += 1
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/etag")
        elif self.path in ("/etag", "/date", "/nothing"):
            self.send_response(200)
            if self.path == "/etag":
                self.send_header("ETag", f'"{self.says["etag"]}"')
            if self.path == "/date":
                self.send_header("Last-Modified", self.says["date"])
                self.send_header("Content-Length", "7")
        else:
            self.send_response(404)
        self.end_headers()

    def log_message(self, *_):
        pass


def repro(dvx, place, *arguments):
    process = subprocess.run([dvx, "repro", "--json", *arguments], cwd=place, capture_output=True, text=True)
    return json.loads(process.stdout)


def outcomes(answer):
    return {stage["stage"]: stage["outcome"] for stage in answer["data"]["stages"]}


def main():
    dvx = str(pathlib.Path(sys.argv[1]).resolve())
    os.environ["no_proxy"] = "127.0.0.1"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory(prefix="dvx-url-") as name:
        place = pathlib.Path(name)
        subprocess.run(["git", "init", "-q"], cwd=place, check=True)
        subprocess.run([dvx, "init", "-q"], cwd=place, check=True)
        write = functools.partial(pathlib.Path.write_text, place / "dvx.yaml")
        write(f"""stages:
  tag: {{cmd: echo >> tag, deps: ["{base}/moved"], outs: [tag]}}
  date: {{cmd: echo >> date, deps: ["{base}/date"], outs: [date]}}
""")
        assert outcomes(repro(dvx, place)) == {"tag": "ran", "date": "ran"}
        assert outcomes(repro(dvx, place)) == {"tag": "up-to-date", "date": "up-to-date"}
        Handler.says["etag"] = "two"
        answer = repro(dvx, place, "--dry-run")
        stages = {stage["stage"]: stage for stage in answer["data"]["stages"]}
        assert stages["tag"]["not_asked"] == [{"kind": "url", "what": f"{base}/moved", "recorded": 'etag: "one"'}], stages
        assert stages["tag"]["reasons"] == [] and stages["date"]["reasons"] == [], stages
        assert outcomes(repro(dvx, place)) == {"tag": "ran", "date": "up-to-date"}
        Handler.says["etag"] = "one"
        assert outcomes(repro(dvx, place)) == {"tag": "restored", "date": "up-to-date"}
        lock = json.loads((place / "dvx.lock").read_text())
        said = lock["stages"]["date"]["environment"]["urls"]
        assert said == {f"{base}/date": "last-modified: Mon, 01 Jan 2024 00:00:00 GMT, 7 bytes"}, said
        # The first page shows no sign of a change, the second does not exist, and at the third nobody
        # answers.
        for path, kind in ((f"{base}/nothing", "not-found"), (f"{base}/lost", "not-found"),
                           ("http://127.0.0.1:1/x", "network")):
            write(f'stages: {{s: {{cmd: echo > o, deps: ["{path}"], outs: [o]}}}}\n')
            answer = repro(dvx, place)
            assert [error["code"] for error in answer["errors"]] == [kind], answer
            assert not (place / "o").exists()
    print("5 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

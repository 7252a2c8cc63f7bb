Without a command, and with --help, dvx says what there is:

  $ dvx | head -3
  usage: dvx [-C DIR] [--json] [-q | -v] [-j N] [--color WHEN] <command> [<args>]
  
  dvx versions data beside git and rebuilds what was made from it.
  $ dvx --version
  dvx 0.1.0

A slip is met with what was meant, and exit status 2:

  $ dvx comit
  error: 'comit' is not a dvx command
  hint: dvx commit
  [2]
  $ dvx comit --json
  {"dvx":1,"command":"","ok":false,"exit":2,"data":{},"warnings":[],"errors":[{"code":"usage","message":"'comit' is not a dvx command","hint":"dvx commit","path":""}]}
  [2]
  $ dvx -C nowhere status
  error: cannot change to 'nowhere': no such directory
  [2]

Outside of a repository:

  $ dvx status
  error: not a dvx repository: * (glob)
  hint: dvx init
  [10]

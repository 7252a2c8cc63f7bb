// Stands for the rooms of core, which share the precompiled headers that are made for this file.

using System.Runtime.Versioning;

// File modes, fsync of folders and Unix sockets: the program is for Linux (Azure Functions, offices' servers).
[assembly: SupportedOSPlatform("linux")]

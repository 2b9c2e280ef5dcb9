using IntelMQ.Configuration;

namespace IntelMQ.Control.Hosting;

/// <summary>The files by which a host process and its callers find each other.</summary>
static class HostFiles
{
    /// <summary>Name of the host's own log.</summary>
    public const string LogName = "intelmq-host";

    extension(IntelMqPaths paths)
    {
        /// <summary>Unix domain socket on which a host listens.</summary>
        public string HostSocket => Path.Combine(paths.RunDirectory, "intelmq-host.sock");

        /// <summary>Process id of the host, for people and scripts; callers ask the socket.</summary>
        public string HostPidFile => Path.Combine(paths.RunDirectory, "intelmq-host.pid");

        /// <summary>Standard output and error of a host in the background: what is said before the log is open.</summary>
        public string HostConsoleFile => Path.Combine(paths.LogDirectory, "intelmq-host.out");
    }
}

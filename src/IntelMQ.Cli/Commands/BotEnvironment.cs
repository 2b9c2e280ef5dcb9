using IntelMQ.Configuration;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Services;

namespace IntelMQ.Cli.Commands;

/// <summary>What bots need that are created in this program and not started.</summary>
static class BotEnvironment
{
    public static HostEnvironment Of(Control.Installation installation) => new()
    {
        Paths = installation.Paths,
        Format = InstalledDataFormat.Load(installation.Paths, installation.Catalogue).Format,
        Secrets = new SecretReferences(installation.Environment, installation.Paths.ConfigDirectory),
        Time = TimeProvider.System,
        Dns = new DnsResolver(new DnsOptions { Time = TimeProvider.System }),
        Http = new HttpClients(NoLog.Instance),
        DefaultQueueBytes = 0,
        BotProcessCommand = [],
    };

    sealed class NoLog : IBotLog
    {
        public static NoLog Instance { get; } = new();

        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }
}

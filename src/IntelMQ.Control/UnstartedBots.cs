using IntelMQ.Configuration;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Control;

/// <summary>Creates configured bots without starting them, for what they do beside handling messages.</summary>
/// <param name="environment">What the bots need.</param>
/// <param name="source">Finds their code.</param>
/// <param name="output">Is told what they log.</param>
sealed class UnstartedBots(HostEnvironment environment, IBotSource source, IControlOutput output)
{
    /// <summary>Loads the code of a bot.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public ILoadedBot Load(BotConfiguration configuration) => source.Load(source.Find(configuration.Module, configuration.Settings.Package));

    /// <summary>Creates a bot whose code is loaded.</summary>
    /// <exception cref="ConfigurationException">Its parameters do not fit; all problems are told.</exception>
    public Bot Create(BotConfiguration configuration, ILoadedBot code)
    {
        var description = source.Find(configuration.Module, configuration.Settings.Package);
        var reader = new ParameterReader(configuration.BindParameters(description.Schema, environment.Secrets));
        var log = new OutputLog(output);
        var services = new BotServiceProvider(environment, log, static () => throw new ConfigurationException("It needs a cache, which only a running host has."));
        var bot = code.Registration.Create(reader, services);
        if (bot is null || reader.Errors.Count > 0) throw new ConfigurationException(string.Join('\n', reader.Errors.Select(e => configuration.Describe(e.Path, e.Message, e.Expected))));
        bot.Context = new BotContext
        {
            BotId = configuration.Id,
            Format = environment.Format,
            Log = log,
            Time = environment.Time,
            StateDirectory = Path.Combine(environment.Paths.StateDirectory, configuration.Id),
        };
        return bot;
    }

    sealed class OutputLog(IControlOutput output) : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => level >= BotLogLevel.Info;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
            if (IsEnabled(level)) output.Say(level, message);
        }
    }
}

using System.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Configuration;
using IntelMQ.Control;
using IntelMQ.Control.Hosting;

namespace IntelMQ.Cli.CommandLine;

/// <summary>One call of a command: its arguments, the installation it is about, and where its words go.</summary>
sealed class Invocation(ParseResult arguments, Installation installation, OutputType type, bool quiet) : IAsyncDisposable
{
    RuntimeConfiguration? _configuration;
    ConsoleOutput? _output;

    public Installation Installation => installation;

    public OutputType Type => type;

    public bool Quiet => quiet;

    public IHostGateway Gateway { get; } = new HostGateway(installation.Paths);

    /// <summary>Read once.</summary>
    /// <exception cref="ControlException">It cannot be read.</exception>
    public RuntimeConfiguration Configuration => _configuration ??= installation.LoadConfiguration();

    public ConsoleOutput Output => _output ??= new ConsoleOutput(installation.Paths, showsTexts: type == OutputType.Text, quiet);

    /// <summary>What is none of the command's arguments and options, in its order.</summary>
    public IReadOnlyList<string> Unmatched => arguments.UnmatchedTokens;

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    public T? Value<T>(Argument<T> argument) => arguments.GetValue(argument);

    /// <summary>The configured bot of an id.</summary>
    /// <exception cref="UsageException">There is none; the text lists those there are.</exception>
    public BotConfiguration Bot(string id) =>
        Configuration.Find(id) ?? throw new UsageException(Choices.Invalid("bot_id", id, [.. Configuration.Bots.Select(b => b.Id)]));

    /// <summary>Prints the result where it was asked for as JSON, and returns the exit code.</summary>
    public int Finish(object? result, int exitCode)
    {
        if (type == OutputType.Json) Console.Out.WriteLine(IndentedJson.Of(result));
        return exitCode;
    }

    /// <summary>Says why nothing could be done, whatever form the result was asked in.</summary>
    public void Fail(string text) => Output.Fail(text);

    public ValueTask DisposeAsync()
    {
        _output?.Dispose();
        return default;
    }
}

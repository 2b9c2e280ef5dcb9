using System.CommandLine;
using IntelMQ.Control;

namespace IntelMQ.Cli.CommandLine;

/// <summary>The form of a result.</summary>
enum OutputType
{
    Text,
    Json,

    /// <summary>For callers in the same process in the original: nothing is printed.</summary>
    Python,
}

/// <summary>Options that may stand before or behind any command.</summary>
sealed class GlobalOptions
{
    readonly Option<OutputType> _type = new("--type", "-t")
    {
        Description = "Form of the result: text, json or python (which prints nothing).",
        Recursive = true,
        HelpName = "text|json|python",
        CustomParser = result => result.Tokens is [{ Value: var word }] && Enum.TryParse<OutputType>(word, ignoreCase: true, out var type) && !char.IsAsciiDigit(word[0])
            ? type
            : Refuse(result, $"argument --type/-t: invalid choice: '{string.Join(' ', result.Tokens.Select(t => t.Value))}' (choose from 'text', 'json', 'python')"),
    };

    readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Says only what is not as wanted.", Recursive = true };
    readonly Option<bool> _version = new("--version", "-v") { Description = "Shows the version." };

    /// <summary>Those that every command takes.</summary>
    public IReadOnlyList<Option> Everywhere => [_type, _quiet];

    static OutputType Refuse(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }

    public void AddTo(RootCommand root)
    {
        root.Options.Add(_type);
        root.Options.Add(_quiet);
        root.Options.Add(_version);
    }

    public bool IsVersionAsked(ParseResult result) => result.GetValue(_version);

    /// <summary>Gives a command what it needs, and turns what it throws into words and an exit code.</summary>
    public void SetAction(Command command, Func<Invocation, CancellationToken, Task<int>> action) =>
        command.SetAction((result, cancellationToken) => RunAsync(result, action, cancellationToken));

    async Task<int> RunAsync(ParseResult result, Func<Invocation, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        var installation = Installation.Find();
        await using var invocation = new Invocation(result, installation, result.GetValue(_type), result.GetValue(_quiet));
        try
        {
            if (Environment.IsPrivilegedProcess) Privileges.Drop(installation.Paths, File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd") : []);
            return await action(invocation, cancellationToken);
        }
        catch (UsageException e)
        {
            return Usage.Refuse(result, e.Message);
        }
        catch (ControlException e)
        {
            invocation.Fail(e.Message);
            return 1;
        }
        catch (IOException e)
        {
            // The store cannot be read, or a file on the way to it.
            invocation.Fail(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            // As a shell reports a program that was interrupted.
            return 130;
        }
    }
}

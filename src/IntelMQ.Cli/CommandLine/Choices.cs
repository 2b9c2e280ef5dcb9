using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using IntelMQ.Configuration;

namespace IntelMQ.Cli.CommandLine;

/// <summary>What an option or argument may be, and how another value is refused: in the words of the original, with the nearest name.</summary>
static class Choices
{
    public static void OnlyFrom(this Option<string?> option, params IReadOnlyList<string> names) =>
        option.Validators.Add(result => Check(result, option.Name, names));

    public static void OnlyFrom(this Argument<string> argument, params IReadOnlyList<string> names) =>
        argument.Validators.Add(result => Check(result, NameOf(argument), names));

    /// <summary>A whole number.</summary>
    public static Argument<int> WholeNumber(string name, string description, int whenMissing)
    {
        var argument = new Argument<int>(name) { Description = description, DefaultValueFactory = _ => whenMissing };
        argument.CustomParser = result =>
        {
            var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            result.AddError($"argument {NameOf(argument)}: invalid int value: '{text}'");
            return default;
        };
        return argument;
    }

    /// <summary>What is said about a word that is none of those possible.</summary>
    public static string Invalid(string name, string word, IReadOnlyList<string> names) =>
        $"argument {name}: invalid choice: '{word}' (choose from {string.Join(", ", names.Select(n => $"'{n}'"))}){Hint(word, names)}";

    /// <summary>The name that is probably meant, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> names) => NearestName.Of(word, names) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    static void Check(SymbolResult result, string name, IReadOnlyList<string> names)
    {
        foreach (var token in result.Tokens.Where(t => !names.Contains(t.Value, StringComparer.Ordinal))) result.AddError(Invalid(name, token.Value, names));
    }

    static string NameOf(Argument argument) => argument.Name.Replace('-', '_');
}

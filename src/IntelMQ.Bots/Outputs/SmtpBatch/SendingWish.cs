using System.Globalization;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>What the person wants who has called <c>intelmqctl cli</c>; what is not said there is as the parameters say.</summary>
sealed record SendingWish
{
    const string Usage = "expected [--send] [--tester MAIL] [--ignore-older-than-days N] [--limit-results N] [--gpg-key FINGERPRINT]";

    /// <summary>Sends all mails without asking.</summary>
    public bool SendsAtOnce { get; private init; }

    public string? Tester { get; private init; }

    /// <summary>0 for none.</summary>
    public int IgnoreOlderThanDays { get; private init; }

    /// <summary>0 for all.</summary>
    public int LimitResults { get; private init; }

    public string? GpgKey { get; private init; }

    /// <exception cref="ConfigurationException">There is an argument that is none of these.</exception>
    public static SendingWish Read(IReadOnlyList<string> arguments, SmtpBatchOutputOptions options)
    {
        var wish = new SendingWish
        {
            Tester = Given(options.TestingTo),
            IgnoreOlderThanDays = options.IgnoreOlderThanDays ?? 0,
            LimitResults = options.LimitResults ?? 0,
            GpgKey = Given(options.GpgKey),
        };
        var words = new Queue<string>(arguments.SelectMany(static argument => argument.StartsWith("--", StringComparison.Ordinal) ? argument.Split('=', 2) : [argument]));
        while (words.TryDequeue(out var name))
        {
            wish = name switch
            {
                "--send" => wish with { SendsAtOnce = true },
                "--tester" => wish with { Tester = Value(words, name) },
                "--gpg-key" => wish with { GpgKey = Value(words, name) },
                "--ignore-older-than-days" => wish with { IgnoreOlderThanDays = Number(words, name) },
                "--limit-results" => wish with { LimitResults = Number(words, name) },
                // So the original is called.
                "--cli" => wish,
                _ => throw new ConfigurationException($"'{name}' is not known here; {Usage}."),
            };
        }

        return wish;
    }

    static string Value(Queue<string> words, string name) => words.TryDequeue(out var value) ? value : throw new ConfigurationException($"{name} lacks its value; {Usage}.");

    static int Number(Queue<string> words, string name)
    {
        var text = Value(words, name);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ConfigurationException($"{name} is '{text}'; expected a number.");
    }

    static string? Given(string? parameter) => string.IsNullOrEmpty(parameter) ? null : parameter;
}

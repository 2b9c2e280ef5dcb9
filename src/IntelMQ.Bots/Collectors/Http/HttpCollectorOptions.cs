namespace IntelMQ.Bots.Collectors.Http;

/// <summary>Parameters of <see cref="HttpCollector"/>.</summary>
public sealed record HttpCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>What to download.</summary>
    public required string HttpUrl { get; init; }

    /// <summary>
    /// Fills the current local time into the URL, where it says <c>{time[%Y-%m-%d]}</c>. Instead of <c>true</c> a map shifts the
    /// time, for example <c>days: -1</c>.
    /// </summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue HttpUrlFormatting { get; init; } = false;

    /// <summary>Unpacks archives: <c>true</c> takes all files, a list (or a text with commas) only these.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue ExtractFiles { get; init; } = false;

    /// <summary>Takes only data that is signed with a key of the keyring.</summary>
    public bool VerifyPgpSignatures { get; init; }

    /// <summary>Where the detached signature is.</summary>
    public string? SignatureUrl { get; init; }

    /// <summary>Fills the time into <c>signature_url</c>, see <c>http_url_formatting</c>.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue SignatureUrlFormatting { get; init; } = false;

    /// <summary>Path of the keyring; the user's own if it is not given.</summary>
    public string? GpgKeyring { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ProblemOf("http_url", HttpUrl, HttpUrlFormatting) is { } url) yield return url;
        if (!VerifyPgpSignatures) yield break;
        if (string.IsNullOrEmpty(SignatureUrl)) yield return new(BotLogLevel.Error, "signature_url is required when verify_pgp_signatures is true.", "signature_url");
        else if (ProblemOf("signature_url", SignatureUrl, SignatureUrlFormatting) is { } signature) yield return signature;
        if (GpgKeyring is not null && !System.IO.File.Exists(GpgKeyring)) yield return new(BotLogLevel.Error, $"gpg_keyring: the file '{GpgKeyring}' does not exist.", "gpg_keyring");
    }

    static CheckResult? ProblemOf(string parameter, string url, FieldValue formatting) =>
        TimeTemplate.ProblemOf(url, formatting) is { } problem ? new(BotLogLevel.Error, $"{parameter}: {problem}", parameter)
        // The time makes no difference for whether this is a URL.
        : UrlProblem(parameter, url.Replace('{', '_').Replace('}', '_'));
}

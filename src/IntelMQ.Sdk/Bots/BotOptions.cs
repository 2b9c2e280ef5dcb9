namespace IntelMQ.Sdk;

/// <summary>
/// The parameters of a bot. A bot declares one sealed record derived from this one (or from a record below) and takes it
/// in its constructor. Each property is a parameter: its name in snake case is the name in <c>runtime.yaml</c>, its
/// initializer the default, its summary the documentation; <c>required</c> properties must be given.
/// </summary>
/// <remarks>
/// Supported types: <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="TimeSpan"/> (a number of seconds), <see cref="Uri"/>, enums (their names in snake
/// case), <c>IReadOnlyList&lt;string&gt;</c> (a list, or one text split at commas),
/// <c>IReadOnlyDictionary&lt;string, string&gt;</c>, <see cref="FieldValue"/> (anything), and the nullable forms.
/// </remarks>
public abstract record BotOptions;

/// <summary>Changes how a property of an options record becomes a parameter.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ParameterAttribute : Attribute
{
    /// <summary>The name in <c>runtime.yaml</c>, where it is not the property's name in snake case.</summary>
    public string? Name { get; set; }

    /// <summary>A password or token: never shown in logs, documentation or interfaces.</summary>
    public bool Secret { get; set; }

    /// <summary>The default as JSON, where the initializer is no constant.</summary>
    public string? DefaultJson { get; set; }
}

/// <summary>Parameters of every bot that speaks HTTP as a client.</summary>
public abstract record HttpOptions : BotOptions
{
    /// <summary>User name for basic authentication.</summary>
    public string? HttpUsername { get; init; }

    /// <summary>Password for basic authentication.</summary>
    [Parameter(Secret = true)]
    public string? HttpPassword { get; init; }

    /// <summary>Headers to send, by name.</summary>
    public IReadOnlyDictionary<string, string> HttpHeader { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether certificates are verified: true, false, or the path of a file with certificate authorities.</summary>
    [Parameter(DefaultJson = "true")]
    public FieldValue HttpVerifyCert { get; init; } = true;

    /// <summary>Seconds to wait for a connection, for an answer, and for the next piece of an answer that has begun; 0 for ever.</summary>
    [Parameter(DefaultJson = "30")]
    public TimeSpan HttpTimeoutSec { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried when the connection fails.</summary>
    [Parameter(DefaultJson = "3")]
    public int HttpTimeoutMaxTries { get; init; } = 3;

    /// <summary>What the client says it is.</summary>
    [Parameter(DefaultJson = "\"IntelMQ\"")]
    public string HttpUserAgent { get; init; } = "IntelMQ";

    /// <summary>Proxy for http URLs; used when <c>https_proxy</c> is given too.</summary>
    public string? HttpProxy { get; init; }

    /// <summary>Proxy for https URLs; used when <c>http_proxy</c> is given too.</summary>
    public string? HttpsProxy { get; init; }

    /// <summary>File with the client's certificate and key in PEM form.</summary>
    public string? SslClientCertificate { get; init; }

    /// <summary>What is wrong with a parameter that is to be a URL, for <see cref="ICheckable"/>; null when nothing is.</summary>
    /// <param name="parameter">Its name.</param>
    /// <param name="url">Its value.</param>
    protected static CheckResult? UrlProblem(string parameter, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? null
        : new(BotLogLevel.Error, $"{parameter}: '{url}' is no URL; expected one with http:// or https://.", parameter);
}

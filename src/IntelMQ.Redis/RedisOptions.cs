using System.Globalization;

namespace IntelMQ.Redis;

/// <summary>Where a server is and how to speak to it.</summary>
public sealed record RedisOptions
{
    const string SocketPrefix = "unix://";

    /// <summary>Host name or address, or the path of a Unix socket (with or without <c>unix://</c> before it).</summary>
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 6379;

    public int Database { get; init; }

    /// <summary>A user of the server's access control lists; null for the default user.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    public bool Tls { get; init; }

    /// <summary>A PEM file with the certificates to trust; null for the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>How long one attempt to connect may take, with everything that comes before the first command.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without an answer a connection counts as lost.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause after the first failed attempt to connect; doubled with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between attempts to connect.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Asks for RESP3, which servers before version 6 do not know; then RESP2 is spoken.</summary>
    public bool Resp3 { get; init; } = true;

    /// <summary>What the server shows in its list of clients.</summary>
    public string ClientName { get; init; } = "intelmq";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The path of the Unix socket; null for TCP.</summary>
    public string? SocketPath => Host.StartsWith('/') ? Host : Host.StartsWith(SocketPrefix, StringComparison.Ordinal) ? Host[SocketPrefix.Length..] : null;

    /// <summary>The server and its database for messages, without secrets.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{SocketPath ?? $"{Host}:{Port}"}, database {Database}");

    /// <summary>As <see cref="Place"/>: what a record would print by itself holds the password.</summary>
    public override string ToString() => Place;
}

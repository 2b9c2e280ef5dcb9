using System.Globalization;

namespace IntelMQ.Amqp;

/// <summary>Where a server is and how to speak to it.</summary>
public sealed record AmqpOptions
{
    public const int UsualPort = 5672;

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = UsualPort;

    public string VirtualHost { get; init; } = "/";

    /// <summary>Counts only together with a password; without both, the server's user <c>guest</c> is taken.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Encrypts, and verifies the server's certificate and name.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file with the certificates to trust; null for the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>How long one attempt to connect may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without an answer to a request a connection counts as lost.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Each side sends a sign of life in half of this time, and counts the other as gone after twice as long without one; zero
    /// asks for none. The server may insist on less.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after the first failed attempt to connect; doubled with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between attempts to connect.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the server shows in its list of connections.</summary>
    public string ClientName { get; init; } = "intelmq";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The server and its virtual host for messages, without secrets.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}, virtual host {VirtualHost}");

    /// <summary>As <see cref="Place"/>: what a record would print by itself holds the password.</summary>
    public override string ToString() => Place;
}

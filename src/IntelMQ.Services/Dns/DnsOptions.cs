using System.Net;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>How a <see cref="DnsResolver"/> asks.</summary>
public sealed record DnsOptions
{
    /// <summary>Servers to ask in this order; empty means those of <c>/etc/resolv.conf</c>.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>How long to wait for one answer; null means as <c>/etc/resolv.conf</c> says (5 seconds).</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often to go through the servers; null means as <c>/etc/resolv.conf</c> says (2).</summary>
    public int? Attempts { get; init; }

    /// <summary>Questions on their way at once; further ones wait.</summary>
    public int MostConcurrent { get; init; } = 128;

    /// <summary>Answers kept in memory.</summary>
    public int MostCached { get; init; } = 50_000;

    /// <summary>An answer is kept no longer than this, whatever it says.</summary>
    public TimeSpan LongestTimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>That there is no answer is kept no longer than this (RFC 2308 §5 advises one to three hours).</summary>
    public TimeSpan LongestNegativeTimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The file with servers.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>The file with addresses of names that need no server.</summary>
    public string Hosts { get; init; } = "/etc/hosts";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

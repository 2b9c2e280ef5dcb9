using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Outputs.Udp;

/// <summary>Sends each message as one line in a datagram, as log servers take it.</summary>
/// <remarks>Nobody confirms a datagram: what is lost on its way is lost.</remarks>
[Bot("intelmq.bots.outputs.udp.output")]
public sealed class UdpOutput(UdpOutputOptions options) : Output
{
    readonly MessageJsonOptions _form = new() { WithoutRaw = !options.KeepRawField };
    Socket? _socket;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(options.UdpHost, AddressFamily.InterNetwork, cancellationToken);
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await _socket.ConnectAsync(new IPEndPoint(addresses[0], options.UdpPort), cancellationToken);
        }
        catch (SocketException e)
        {
            throw new TransientException($"The host '{options.UdpHost}' of udp_host has no IPv4 address now: {e.Message}", inner: e);
        }
    }

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var text = options.IsJson ? options.Header + message.ToJson(_form) : Delimited(message);
        var datagram = Encoding.UTF8.GetBytes(WithoutControls(text) + "\n");
        try
        {
            await _socket!.SendAsync(datagram, SocketFlags.None, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            throw new InvalidMessageException($"The message has {datagram.Length} bytes and does not fit into a datagram.", e);
        }
        catch (SocketException e)
        {
            throw new TransientException($"The datagram to {options.UdpHost}:{options.UdpPort} cannot be sent: {e.Message}", inner: e);
        }
    }

    string Delimited(Message message)
    {
        var text = new StringBuilder(options.Header);
        foreach (var (field, value) in message.Items)
        {
            if (!options.KeepRawField && ReferenceEquals(field, Fields.Raw)) continue;
            text.Append(options.FieldDelimiter).Append(field.Name).Append(':').Append(PythonValues.ToText(value));
        }

        return text.ToString();
    }

    // A line end within a value would be the end of the line for whoever reads it.
    static string WithoutControls(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (rune != Rune.ReplacementChar && !IsControl(Rune.GetUnicodeCategory(rune)))
                kept.Append(rune.ToString());
        return kept.ToString();
    }

    static bool IsControl(UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="UdpOutput"/>.</summary>
public sealed record UdpOutputOptions : BotOptions, ICheckable
{
    /// <summary>Host name or IPv4 address of the receiver.</summary>
    public string UdpHost { get; init; } = "localhost";

    /// <summary>Port of the receiver.</summary>
    public required int UdpPort { get; init; }

    /// <summary>What each line begins with.</summary>
    public string Header { get; init; } = "<header text>";

    /// <summary><c>json</c>, or <c>delimited</c> for <c>name:value</c> with delimiters between.</summary>
    public required string Format { get; init; }

    /// <summary>What stands before each field of the format <c>delimited</c>.</summary>
    public string FieldDelimiter { get; init; } = "|";

    /// <summary>Writes <c>raw</c> too.</summary>
    public bool KeepRawField { get; init; }

    internal bool IsJson => Format.Equals("json", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!IsJson && !Format.Equals("delimited", StringComparison.OrdinalIgnoreCase))
            yield return new(BotLogLevel.Error, $"format is '{Format}'; expected json or delimited.", "format");
        if (UdpPort is < 1 or > 65535) yield return new(BotLogLevel.Error, $"udp_port is {UdpPort}; expected 1 to 65535.", "udp_port");
    }
}

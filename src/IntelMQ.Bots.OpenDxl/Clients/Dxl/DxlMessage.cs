namespace IntelMQ.Bots.Clients.Dxl;

/// <summary>What a DXL message is for.</summary>
enum DxlMessageType
{
    Request = 0,
    Response = 1,
    Event = 2,
    Error = 3,
}

/// <summary>A message of the Data Exchange Layer; its form is in README.md.</summary>
sealed record DxlMessage
{
    const long Version = 2;

    public required DxlMessageType Type { get; init; }

    public string Id { get; init; } = $"{{{Guid.NewGuid()}}}";

    /// <summary>Who has sent it; brokers fill it in.</summary>
    public string SourceClient { get; init; } = "";

    public string SourceBroker { get; init; } = "";

    /// <summary>To which brokers and clients it is to go; empty means all.</summary>
    public IReadOnlyList<string> Brokers { get; init; } = [];

    public IReadOnlyList<string> Clients { get; init; } = [];

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Of a request: where the answer is to go.</summary>
    public string ReplyTo { get; init; } = "";

    /// <summary>Of a request, response or error: the service, where it matters which.</summary>
    public string Service { get; init; } = "";

    /// <summary>Of a response or error: what it answers.</summary>
    public string RequestId { get; init; } = "";

    public long ErrorCode { get; init; }

    public string ErrorText { get; init; } = "";

    public byte[] ToBytes()
    {
        var writer = new MessagePackWriter().Number(Version).Number((long)Type).Text(Id).Text(SourceClient).Text(SourceBroker).Texts(Brokers).Texts(Clients).Bytes(Payload.Span);
        if (Type == DxlMessageType.Request) writer.Text(ReplyTo).Text(Service);
        if (Type is DxlMessageType.Response or DxlMessageType.Error) writer.Text(RequestId).Text(Service);
        if (Type == DxlMessageType.Error) writer.Number(ErrorCode).Text(ErrorText);
        // No further fields, no tenants.
        return writer.Texts([]).Text("").Texts([]).Written;
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static DxlMessage Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        _ = reader.Number();
        var type = (DxlMessageType)reader.Number();
        if (!Enum.IsDefined(type)) throw new InvalidDataException($"A DXL message is of type {(int)type}; expected 0 to 3.");
        var message = new DxlMessage
        {
            Type = type,
            Id = reader.Text(),
            SourceClient = reader.Text(),
            SourceBroker = reader.Text(),
            Brokers = reader.Texts(),
            Clients = reader.Texts(),
            Payload = reader.Bytes().ToArray(),
        };
        return type switch
        {
            DxlMessageType.Request => message with { ReplyTo = reader.Text(), Service = reader.Text() },
            DxlMessageType.Response => message with { RequestId = reader.Text(), Service = reader.Text() },
            DxlMessageType.Error => message with { RequestId = reader.Text(), Service = reader.Text(), ErrorCode = reader.Number(), ErrorText = reader.Text() },
            _ => message,
        };
    }
}

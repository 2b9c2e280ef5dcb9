using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>
/// A stand-in for a MongoDB server, which Debian does not have: speaks OP_MSG, and OP_QUERY for the first greeting, as a standalone server
/// does; knows hello, ping, insert and delete; keeps the documents. A document with the comment <c>refuse</c> is refused.
/// </summary>
sealed class MongoStandIn : IAsyncDisposable
{
    const int Query = 2004;
    const int Reply = 1;
    const int Msg = 2013;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stopping = new();
    readonly ConcurrentDictionary<Task, bool> _serving = new();
    readonly Task _accepting;

    public MongoStandIn()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public long Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentDictionary<BsonValue, BsonDocument> Documents { get; } = new();

    /// <summary>Stores what comes next and closes the connection instead of answering.</summary>
    public bool LosesNextAnswer { get; set; }

    /// <summary>Whether credentials are refused.</summary>
    public bool RefusesUsers { get; set; }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _serving[ServeAsync(client)] = true;
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var head = new byte[16];
            try
            {
                while (true)
                {
                    await stream.ReadExactlyAsync(head, _stopping.Token);
                    var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(head) - head.Length];
                    await stream.ReadExactlyAsync(body, _stopping.Token);
                    if (Answer(BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)), body) is not { } answer) return;
                    await stream.WriteAsync(answer, _stopping.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The driver has closed the connection, or the test is over.
            }
        }
    }

    byte[]? Answer(int request, int operation, byte[] body)
    {
        if (operation == Query)
        {
            // Flags, name of the collection ended by zero, two numbers, the command.
            var command = body.AsSpan(Array.IndexOf(body, (byte)0, 4) + 1 + 8).ToArray();
            return Frame(request, Reply, [.. new byte[16], 1, 0, 0, 0, .. Execute(BsonSerializer.Deserialize<BsonDocument>(command)).ToBson()]);
        }

        Assert.Equal(Msg, operation);
        var answer = Execute(ReadSections(body));
        if (!LosesNextAnswer || !answer.Contains("n")) return Frame(request, Msg, [0, 0, 0, 0, 0, .. answer.ToBson()]);
        LosesNextAnswer = false;
        return null;
    }

    /// <summary>Flags, then sections: the command (kind 0), and lists of documents that belong to it (kind 1).</summary>
    static BsonDocument ReadSections(byte[] body)
    {
        var command = new BsonDocument();
        for (var at = 4; at < body.Length;)
        {
            var kind = body[at++];
            var size = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at));
            var section = body.AsSpan(at, size).ToArray();
            at += size;
            if (kind == 0)
            {
                command.Merge(BsonSerializer.Deserialize<BsonDocument>(section), overwriteExistingElements: true);
                continue;
            }

            var end = Array.IndexOf(section, (byte)0, 4);
            var documents = new BsonArray();
            for (var from = end + 1; from < section.Length; from += BinaryPrimitives.ReadInt32LittleEndian(section.AsSpan(from)))
                documents.Add(BsonSerializer.Deserialize<BsonDocument>(section.AsSpan(from, BinaryPrimitives.ReadInt32LittleEndian(section.AsSpan(from))).ToArray()));
            command[System.Text.Encoding.UTF8.GetString(section.AsSpan(4, end - 4))] = documents;
        }

        return command;
    }

    static byte[] Frame(int request, int operation, byte[] body)
    {
        var frame = new byte[16 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(8), request);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(12), operation);
        body.CopyTo(frame, 16);
        return frame;
    }

    BsonDocument Execute(BsonDocument command) => command.GetElement(0).Name switch
    {
        "hello" or "isMaster" or "ismaster" => new()
        {
            ["ismaster"] = true, ["isWritablePrimary"] = true, ["helloOk"] = true, ["maxBsonObjectSize"] = 16777216, ["maxMessageSizeBytes"] = 48000000,
            ["maxWriteBatchSize"] = 100000, ["minWireVersion"] = 0, ["maxWireVersion"] = 21, ["readOnly"] = false, ["ok"] = 1.0,
        },
        "insert" => Insert(command["documents"].AsBsonArray),
        "delete" => Delete(command["deletes"].AsBsonArray),
        "saslStart" when RefusesUsers => new() { ["ok"] = 0.0, ["code"] = 18, ["codeName"] = "AuthenticationFailed", ["errmsg"] = "Authentication failed." },
        "ping" or "endSessions" => new() { ["ok"] = 1.0 },
        var other => new() { ["ok"] = 0.0, ["code"] = 59, ["codeName"] = "CommandNotFound", ["errmsg"] = $"no such command: '{other}'" },
    };

    BsonDocument Insert(BsonArray documents)
    {
        var errors = new BsonArray();
        for (var i = 0; i < documents.Count; i++)
        {
            var document = documents[i].AsBsonDocument;
            if (document.GetValue("comment", "") == "refuse") errors.Add(new BsonDocument { ["index"] = i, ["code"] = 121, ["errmsg"] = "Document failed validation" });
            else if (!Documents.TryAdd(document["_id"], document)) errors.Add(new BsonDocument { ["index"] = i, ["code"] = 11000, ["errmsg"] = "E11000 duplicate key error collection: d.c index: _id_ dup key: { _id: … }" });
        }

        var answer = new BsonDocument { ["n"] = documents.Count - errors.Count, ["ok"] = 1.0 };
        if (errors.Count > 0) answer["writeErrors"] = errors;
        return answer;
    }

    BsonDocument Delete(BsonArray deletes)
    {
        var removed = deletes.SelectMany(static delete => delete["q"]["_id"]["$in"].AsBsonArray).Count(id => Documents.TryRemove(id, out _));
        return new() { ["n"] = removed, ["ok"] = 1.0 };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving.Keys);
        _stopping.Dispose();
        _listener.Dispose();
    }
}

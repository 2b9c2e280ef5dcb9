using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace IntelMQ.Brokers.CrashProgram;

/// <summary>Collector -> A -> B -> C with numbered messages. C is never emptied: it shows what arrived.</summary>
public static class Pipeline
{
    const int MaxBatch = 40;

    public static async Task DeclareAsync(IBroker broker)
    {
        await broker.DeclareAsync("A", new QueueLimits(500, 0), CancellationToken.None);
        await broker.DeclareAsync("B", new QueueLimits(500, 0), CancellationToken.None);
        await broker.DeclareAsync("C", QueueLimits.None, CancellationToken.None);
    }

    /// <summary>
    /// Two numbers in a mapped file that outlives the kill: how many messages the collector had confirmed, and how many it had
    /// begun to send. A third one is the test's own.
    /// </summary>
    public static MemoryMappedViewAccessor MapConfirmed(string path)
    {
        if (!File.Exists(path)) File.WriteAllBytes(path, new byte[24]);
        return MemoryMappedFile.CreateFromFile(path, FileMode.Open).CreateViewAccessor(0, 24);
    }

    /// <summary>Sends numbers on from the last one begun: those between confirmed and begun may or may not have been sent.</summary>
    public static async Task CollectAsync(IBroker broker, MemoryMappedViewAccessor confirmed)
    {
        var commit = new Commit();
        var number = confirmed.ReadInt64(8);
        while (true)
        {
            commit.Clear();
            for (var count = RandomNumberGenerator.GetInt32(1, MaxBatch); count > 0; count--) commit.Send("A", Message(number++));
            confirmed.Write(8, number);
            await broker.CommitAsync(commit, CancellationToken.None);
            confirmed.Write(0, number);
        }
    }

    /// <summary>Moves messages, acknowledging them in a shuffled order and not all at once.</summary>
    public static async Task MoveAsync(IBroker broker, string from, string to)
    {
        await using var receiver = await broker.SubscribeAsync(from, CancellationToken.None);
        var commit = new Commit { Source = receiver };
        while (true)
        {
            var batch = (await receiver.ReceiveAsync(MaxBatch, CancellationToken.None)).ToArray();
            RandomNumberGenerator.Shuffle<Delivery>(batch);
            var half = batch.Length / 2;
            foreach (var part in new[] { batch[..half], batch[half..] })
            {
                commit.Clear();
                foreach (var delivery in part)
                {
                    commit.Send(to, delivery.Body);
                    commit.Acknowledge(delivery.Tag);
                }

                await broker.CommitAsync(commit, CancellationToken.None);
            }
        }
    }

    /// <summary>A number and bytes that follow from it, of differing lengths.</summary>
    public static byte[] Message(long number)
    {
        var body = new byte[8 + (int)(number * 7919 % 700)];
        body.AsSpan(8).Fill((byte)number);
        BinaryPrimitives.WriteInt64LittleEndian(body, number);
        return body;
    }

    public static long NumberOf(ReadOnlyMemory<byte> body)
    {
        var number = BinaryPrimitives.ReadInt64LittleEndian(body.Span);
        return body.Span.SequenceEqual(Message(number))
            ? number
            : throw new InvalidDataException($"Message {number} has other bytes than it was sent with.");
    }
}

using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

public sealed class ChecksumTests
{
    [Fact]
    public void Every_single_bit_changes_it_at_every_length()
    {
        for (var length = 1; length < 130; length++)
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            var sum = Checksum.Of(bytes);
            for (var bit = 0; bit < length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(sum, Checksum.Of(bytes));
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Zeros_of_different_lengths_differ_and_the_seed_counts()
    {
        Assert.Equal(200, Enumerable.Range(0, 200).Select(length => LogFormat.RecordChecksum(new byte[length])).Distinct().Count());
        Assert.NotEqual(Checksum.Of([1, 2, 3]), Checksum.Of([1, 2, 3], 4));
    }

    [Fact]
    public void Files_of_today_can_be_read_tomorrow()
    {
        // Such numbers are in files on disks: they must never change.
        Assert.Equal(3679966087, Checksum.Of("0123456789012345678901234567890123456789"u8));
    }
}

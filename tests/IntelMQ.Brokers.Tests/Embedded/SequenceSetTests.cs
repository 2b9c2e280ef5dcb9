using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

public sealed class SequenceSetTests
{
    [Fact]
    public void It_holds_what_a_plain_set_holds_after_any_additions_and_removals()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var set = new SequenceSet();
            var plain = new HashSet<long>();
            for (var step = 0; step < 60; step++)
            {
                var start = random.Next(1, 80);
                var range = new SequenceRange(start, start + random.Next(0, 12));
                if (random.Next(3) > 0) set.Add(range);
                else set.Remove(range);
                for (var number = range.Start; number < range.End; number++)
                {
                    if (set.Contains(number)) plain.Add(number);
                    else plain.Remove(number);
                }
            }

            Check(set, plain);
        }
    }

    [Fact]
    public void Additions_are_in_and_removals_are_out()
    {
        var set = new SequenceSet();
        set.Add(new SequenceRange(1, 10));
        set.Remove(new SequenceRange(4, 6));
        set.Add(new SequenceRange(20, 21));

        Assert.Equal([new SequenceRange(1, 4), new SequenceRange(6, 10), new SequenceRange(20, 21)], set.Ranges);
        Assert.Equal([new SequenceRange(4, 6), new SequenceRange(10, 12)], set.Gaps(new SequenceRange(2, 12)));
        Assert.Equal(4, set.SkipOver(1));
        Assert.Equal(10, set.SkipOver(10));
        Assert.True(set.ContainsAll(new SequenceRange(6, 10)));
        Assert.False(set.ContainsAll(new SequenceRange(3, 7)));
        Assert.True(set.Overlaps(new SequenceRange(10, 21)));
        Assert.False(set.Overlaps(new SequenceRange(10, 20)));
    }

    static void Check(SequenceSet set, HashSet<long> plain)
    {
        Assert.Equal(plain.Count, set.Count);
        Assert.Equal(plain.Order(), set.Ranges.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(index => range.Start + index)));
        for (var index = 1; index < set.Ranges.Count; index++) Assert.True(set.Ranges[index - 1].End < set.Ranges[index].Start);
        for (long start = 1; start < 90; start += 7)
        {
            var range = new SequenceRange(start, start + 9);
            var inside = Enumerable.Range(0, 9).Select(index => start + index).ToList();
            Assert.Equal(inside.All(plain.Contains), set.ContainsAll(range));
            Assert.Equal(inside.Any(plain.Contains), set.Overlaps(range));
            Assert.Equal(inside.Count(number => !plain.Contains(number)), set.Gaps(range).Sum(gap => gap.Count));
        }
    }
}

namespace PhiGateway.Tests.Common.Watch;

/// <summary>Chance that comes out the same on every machine and in every version (SplitMix64).</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Happens(double probability) => Share() < probability;

    /// <summary>From least to most, both included.</summary>
    public int Between(int least, int most) => least + (int)(Next() % (ulong)(most - least + 1));

    public double Between(double least, double most) => least + (Share() * (most - least));

    public T Of<T>(IReadOnlyList<T> list) => list[(int)(Next() % (ulong)list.Count)];

    /// <summary>A count that comes by chance around a mean.</summary>
    public int Around(double mean)
    {
        if (mean < 30)
        {
            var (limit, product, count) = (Math.Exp(-mean), Share(), 0);
            while (product > limit)
            {
                product *= Share();
                count++;
            }

            return count;
        }

        // The sum of twelve shares is near enough to a normal one.
        var normal = Enumerable.Range(0, 12).Sum(_ => Share()) - 6;
        return Math.Max(0, (int)Math.Round(mean + (normal * Math.Sqrt(mean))));
    }

    public Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next());
        return new Guid(bytes);
    }
}

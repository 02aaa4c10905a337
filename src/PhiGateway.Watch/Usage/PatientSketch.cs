using System.Numerics;

namespace PhiGateway.Watch.Usage;

/// <summary>
/// About how many different patients something was used for: exact while they are few, an estimate within some nine percent after that, in a
/// hundred-odd bytes however many they are. Kept by <see cref="UsageLedger"/> for each thing that a client used.
/// </summary>
/// <remarks>
/// HyperLogLog (Flajolet et al., 2007) with 128 registers: the standard error is 1.04/√128. No PHI: hashes of pseudonyms, cut to 32 bits. Not
/// thread-safe.
/// </remarks>
internal sealed class PatientSketch
{
    /// <summary>So many are counted exactly.</summary>
    internal const int MostExact = 32;

    private const int Registers = 128;
    private const int IndexBits = 7;
    private const double Alpha = 0.7213 / (1 + (1.079 / Registers));

    private uint[] _few = [];
    private int _count;
    private byte[]? _registers;

    /// <summary>Whether <see cref="Count"/> is an estimate.</summary>
    public bool IsEstimate => _registers is not null;

    /// <summary>How many.</summary>
    public long Count => _registers is { } registers ? Estimate(registers) : _count;

    /// <summary>Counts a patient.</summary>
    /// <param name="patient">Hash of the pseudonym.</param>
    public void Add(ulong patient) => Add((uint)(Mixed(patient) >> 32));

    /// <summary>Counts all that another has counted.</summary>
    public void Add(PatientSketch other)
    {
        if (other._registers is { } theirs)
        {
            var own = _registers ??= Converted();
            for (var place = 0; place < Registers; place++)
            {
                own[place] = Math.Max(own[place], theirs[place]);
            }

            return;
        }

        for (var place = 0; place < other._count; place++)
        {
            Add(other._few[place]);
        }
    }

    /// <summary>Writes it to the file in which the ledger is kept.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)(_registers is null ? _count : byte.MaxValue));
        if (_registers is { } registers)
        {
            writer.Write(registers);
            return;
        }

        for (var place = 0; place < _count; place++)
        {
            writer.Write(_few[place]);
        }
    }

    /// <summary>Reads it back.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PatientSketch Read(BinaryReader reader)
    {
        var sketch = new PatientSketch();
        var count = reader.ReadByte();
        if (count == byte.MaxValue)
        {
            var registers = reader.ReadBytes(Registers);
            sketch._registers = registers.Length == Registers ? registers : throw new FormatException("A sketch is cut.");
            return sketch;
        }

        if (count > MostExact)
        {
            throw new FormatException("A sketch counts more than it holds.");
        }

        for (; count > 0; count--)
        {
            sketch.Add(reader.ReadUInt32());
        }

        return sketch;
    }

    private void Add(uint hash)
    {
        if (_registers is { } registers)
        {
            Note(registers, hash);
            return;
        }

        if (_few.AsSpan(0, _count).Contains(hash))
        {
            return;
        }

        if (_count == MostExact)
        {
            Note(_registers = Converted(), hash);
            return;
        }

        if (_count == _few.Length)
        {
            Array.Resize(ref _few, Math.Clamp(_few.Length * 2, 4, MostExact));
        }

        _few[_count++] = hash;
    }

    private byte[] Converted()
    {
        var registers = new byte[Registers];
        for (var place = 0; place < _count; place++)
        {
            Note(registers, _few[place]);
        }

        (_few, _count) = ([], 0);
        return registers;
    }

    private static void Note(byte[] registers, uint hash)
    {
        var mixed = Mixed(hash);
        var place = (int)(mixed >> (64 - IndexBits));
        var rank = (byte)(BitOperations.LeadingZeroCount((mixed << IndexBits) | 1) + 1);
        registers[place] = Math.Max(registers[place], rank);
    }

    private static long Estimate(byte[] registers)
    {
        var (sum, empty) = (0d, 0);
        foreach (var rank in registers)
        {
            sum += Math.ScaleB(1, -rank);
            empty += rank == 0 ? 1 : 0;
        }

        var raw = Alpha * Registers * Registers / sum;

        // Few for so many registers: those that are empty say it better.
        var count = raw <= 2.5 * Registers && empty > 0 ? Registers * Math.Log((double)Registers / empty) : raw;
        return (long)Math.Round(count);
    }

    // The finalizer of SplitMix64: neighbours of FNV-1a lie close to each other.
    private static ulong Mixed(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}

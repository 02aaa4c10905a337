using System.Numerics;

namespace PhiGateway.Watch.Usage;

/// <summary>
/// About how many different patients something was used for: exact while they are few, an estimate within some nine percent after that, in
/// some hundred bytes however many they are. Kept by <see cref="UsageLedger"/> for each thing that a client used.
/// </summary>
/// <remarks>
/// HyperLogLog (Flajolet et al., 2007) with 128 registers of five bits: the standard error is 1.04/√128. No PHI: hashes of pseudonyms, cut
/// to 32 bits. Not thread-safe.
/// </remarks>
internal sealed class PatientSketch
{
    /// <summary>So many are counted exactly.</summary>
    internal const int MostExact = 32;

    private const int Registers = 128;
    private const int IndexBits = 7;
    private const int RegisterBits = 5;
    private const int InOnePlace = 6;
    private const int HighestRank = (1 << RegisterBits) - 1;
    private const int Many = -1;
    private const double Alpha = 0.7213 / (1 + (1.079 / Registers));

    // The hashes while they are few, each in a place of its own; after that the registers, six in a place.
    private uint[] _places = [];
    private int _count;

    /// <summary>Whether <see cref="Count"/> is an estimate.</summary>
    public bool IsEstimate => _count == Many;

    /// <summary>How many.</summary>
    public long Count => IsEstimate ? Estimate() : _count;

    /// <summary>Counts a patient.</summary>
    /// <param name="patient">Hash of the pseudonym.</param>
    public void Add(ulong patient) => Add((uint)(Mixed(patient) >> 32));

    /// <summary>Counts all that another has counted.</summary>
    public void Add(PatientSketch other)
    {
        if (other.IsEstimate)
        {
            Convert();
            for (var register = 0; register < Registers; register++)
            {
                Raise(register, other.RankOf(register));
            }

            return;
        }

        for (var place = 0; place < other._count; place++)
        {
            Add(other._places[place]);
        }
    }

    /// <summary>Writes it to the file in which the ledger is kept.</summary>
    public void Write(BinaryWriter writer)
    {
        if (IsEstimate)
        {
            writer.Write(byte.MaxValue);
            for (var register = 0; register < Registers; register++)
            {
                writer.Write((byte)RankOf(register));
            }

            return;
        }

        writer.Write((byte)_count);
        for (var place = 0; place < _count; place++)
        {
            writer.Write(_places[place]);
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
            var ranks = reader.ReadBytes(Registers);
            if (ranks.Length != Registers)
            {
                throw new FormatException("A sketch is cut.");
            }

            sketch.Convert();
            for (var register = 0; register < Registers; register++)
            {
                sketch.Raise(register, ranks[register]);
            }

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
        if (IsEstimate)
        {
            Note(hash);
            return;
        }

        if (_places.AsSpan(0, _count).Contains(hash))
        {
            return;
        }

        if (_count == MostExact)
        {
            Convert();
            Note(hash);
            return;
        }

        if (_count == _places.Length)
        {
            Array.Resize(ref _places, Math.Clamp(_count + (_count / 2), 4, MostExact));
        }

        _places[_count++] = hash;
    }

    // From one by one to registers; what is an estimate stays as it is.
    private void Convert()
    {
        if (IsEstimate)
        {
            return;
        }

        var (few, count) = (_places, _count);
        (_places, _count) = (new uint[(Registers + InOnePlace - 1) / InOnePlace], Many);
        for (var place = 0; place < count; place++)
        {
            Note(few[place]);
        }
    }

    private void Note(uint hash)
    {
        var mixed = Mixed(hash);
        Raise((int)(mixed >> (64 - IndexBits)), BitOperations.LeadingZeroCount((mixed << IndexBits) | 1) + 1);
    }

    private int RankOf(int register) => (int)(_places[register / InOnePlace] >> ShiftOf(register)) & HighestRank;

    // Of a rank beyond what five bits hold there is one in two thousand million.
    private void Raise(int register, int rank)
    {
        rank = Math.Min(rank, HighestRank);
        if (rank > RankOf(register))
        {
            ref var place = ref _places[register / InOnePlace];
            place = (place & ~((uint)HighestRank << ShiftOf(register))) | ((uint)rank << ShiftOf(register));
        }
    }

    private static int ShiftOf(int register) => register % InOnePlace * RegisterBits;

    private long Estimate()
    {
        var (sum, empty) = (0d, 0);
        for (var register = 0; register < Registers; register++)
        {
            var rank = RankOf(register);
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

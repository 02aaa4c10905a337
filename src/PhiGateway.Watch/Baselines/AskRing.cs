namespace PhiGateway.Watch.Baselines;

/// <summary>The last patients that a client asked for one by one: whether it counts through numbers, and whether it knew them.</summary>
internal sealed class AskRing
{
    /// <summary>How many are looked at.</summary>
    public const int Size = 32;

    private const int WidestStep = 3;

    private readonly bool[] _isStep = new bool[Size];
    private readonly bool[] _isUnknown = new bool[Size];
    private int _count;
    private long _last = -1;

    /// <summary>How many of the last asks were a small step from the one before.</summary>
    public int Steps { get; private set; }

    /// <summary>How many of them were for somebody whom the client did not know, or who is not there.</summary>
    public int Unknown { get; private set; }

    public bool IsFull => _count >= Size;

    /// <summary>Notes a patient asked for; the same again is one ask.</summary>
    public void Note(long number, bool isUnknown)
    {
        if (number < 0 || number == _last)
        {
            return;
        }

        var at = _count % Size;
        if (_count >= Size)
        {
            Steps -= _isStep[at] ? 1 : 0;
            Unknown -= _isUnknown[at] ? 1 : 0;
        }

        _isStep[at] = _last >= 0 && Math.Abs(number - _last) <= WidestStep;
        _isUnknown[at] = isUnknown;
        Steps += _isStep[at] ? 1 : 0;
        Unknown += isUnknown ? 1 : 0;
        _last = number;
        _count = _count == int.MaxValue ? Size : _count + 1;
    }
}

using System.Numerics;

namespace PhiGateway.Watch.Baselines;

/// <summary>The last patients that a client asked for one by one: whether it counts through numbers, and whether it knew them.</summary>
internal sealed class AskRing
{
    /// <summary>How many are looked at: one bit each.</summary>
    public const int Size = 32;

    private const int WidestStep = 3;

    private uint _isStep;
    private uint _isUnknown;
    private int _count;
    private long _last = -1;

    /// <summary>How many of the last asks were a small step from the one before.</summary>
    public int Steps => BitOperations.PopCount(_isStep);

    /// <summary>How many of them were for somebody whom the client did not know, or who is not there.</summary>
    public int Unknown => BitOperations.PopCount(_isUnknown);

    public bool IsFull => _count >= Size;

    /// <summary>Notes a patient asked for; the same again is one ask.</summary>
    public void Note(long number, bool isUnknown)
    {
        if (number < 0 || number == _last)
        {
            return;
        }

        var bit = 1u << (_count % Size);
        var isStep = _last >= 0 && Math.Abs(number - _last) <= WidestStep;
        _isStep = With(_isStep, bit, isStep);
        _isUnknown = With(_isUnknown, bit, isUnknown);
        _last = number;
        _count = _count == int.MaxValue ? Size : _count + 1;
    }

    private static uint With(uint bits, uint bit, bool isSet) => isSet ? bits | bit : bits & ~bit;
}

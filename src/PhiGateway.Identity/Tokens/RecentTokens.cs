using System.Runtime.InteropServices;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Remembers for a while what an issuer said about opaque tokens: which it did not know, so that a client that repeats one does not make the
/// gateway ask each time, and which were active, so that a client that goes on is not kept waiting by others. Holds digests, and not many.
/// </summary>
/// <remarks>Thread-safe. What does not fit is asked about as if it was new.</remarks>
/// <param name="time">The clock.</param>
/// <param name="memory">How long, at least; at most twice as long.</param>
internal sealed class RecentTokens(TimeProvider time, TimeSpan memory)
{
    /// <summary>How long a token is remembered that the issuer did not know.</summary>
    public static readonly TimeSpan Refused = TimeSpan.FromSeconds(3);

    /// <summary>How long a token is remembered that was active: longer than an answer is relied on, and than most clients pause.</summary>
    public static readonly TimeSpan Active = TimeSpan.FromMinutes(15);

    private const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private HashSet<UInt128> _newer = [];
    private HashSet<UInt128> _older = [];
    private long _turn;

    public bool Contains(ReadOnlySpan<byte> digest)
    {
        var mark = MemoryMarshal.Read<UInt128>(digest);
        lock (_lock)
        {
            Turn();
            return _newer.Contains(mark) || _older.Contains(mark);
        }
    }

    public void Add(ReadOnlySpan<byte> digest)
    {
        var mark = MemoryMarshal.Read<UInt128>(digest);
        lock (_lock)
        {
            Turn();
            if (_newer.Count < Capacity)
            {
                _newer.Add(mark);
            }
        }
    }

    private void Turn()
    {
        var turn = time.GetUtcNow().UtcTicks / memory.Ticks;
        if (turn != _turn)
        {
            (_older, _newer) = (turn == _turn + 1 ? _newer : [], []);
            _turn = turn;
        }
    }
}

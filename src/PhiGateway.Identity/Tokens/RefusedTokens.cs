using System.Runtime.InteropServices;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Remembers for a few seconds which opaque tokens an issuer did not know, so that a client that repeats one does not make the gateway ask
/// each time. Holds digests, and not many.
/// </summary>
/// <remarks>Thread-safe. What does not fit is asked about again.</remarks>
internal sealed class RefusedTokens(TimeProvider time)
{
    /// <summary>How long, at least; at most twice as long.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(3);

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
        var turn = time.GetUtcNow().UtcTicks / Memory.Ticks;
        if (turn != _turn)
        {
            (_older, _newer) = (turn == _turn + 1 ? _newer : [], []);
            _turn = turn;
        }
    }
}

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Remembers which proofs this node has taken, for as long as any of them is good, in a memory that does not grow: 16 parts, two
/// generations each. Asked by <see cref="DpopChecker"/>.
/// </summary>
/// <remarks>
/// Thread-safe. What does not fit is not taken: forgetting one too early would let it in twice. One token may fill a quarter.
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="memory">How long a proof is remembered at least, and at most twice as long: no proof may be good for longer.</param>
/// <param name="capacity">How many of one generation.</param>
internal sealed class SeenProofs(TimeProvider time, TimeSpan memory, int capacity = SeenProofs.DefaultCapacity)
{
    /// <summary>With a memory of two minutes 17,000 proofs a second, about 70 MB.</summary>
    public const int DefaultCapacity = 1 << 21;

    private readonly Part[] _parts = [.. Enumerable.Range(0, 16).Select(_ => new Part())];

    /// <summary>How many proofs of one token fit between two moments at which its count begins anew.</summary>
    public int OfOneToken => capacity / 4;

    /// <summary>Takes a proof.</summary>
    /// <param name="proof">Its mark: a digest that nobody chooses.</param>
    public ProofUse Take(UInt128 proof)
    {
        var part = _parts[(int)(proof & 15)];
        var turn = time.GetUtcNow().UtcTicks / memory.Ticks;
        lock (part)
        {
            part.TurnTo(turn);
            if (part.Older.Contains(proof) || part.Newer.Contains(proof))
            {
                return ProofUse.Seen;
            }

            if (part.Newer.Count >= capacity / _parts.Length)
            {
                return ProofUse.NoRoom;
            }

            part.Newer.Add(proof);
            return ProofUse.First;
        }
    }

    private sealed class Part
    {
        private long _turn;

        public HashSet<UInt128> Newer { get; private set; } = [];

        public HashSet<UInt128> Older { get; private set; } = [];

        public void TurnTo(long turn)
        {
            // A clock that was set back does not make anything forgotten.
            if (turn <= _turn)
            {
                return;
            }

            (Older, Newer) = (turn == _turn + 1 ? Newer : [], []);
            _turn = turn;
        }
    }
}

/// <summary>What taking a proof came to.</summary>
internal enum ProofUse : byte
{
    /// <summary>It was not seen before.</summary>
    First,

    /// <summary>It was.</summary>
    Seen,

    /// <summary>It cannot be remembered, so it is not taken.</summary>
    NoRoom,
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Caches tokens found valid not long ago, so that their signature need not be checked on every call; holds no decision and no invalid
/// token.
/// </summary>
/// <remarks>
/// Security: it asks by the whole text, signature included; a token with a known header and payload and another signature is validated for
/// itself.
/// Thread-safe, bounded. Evicts in order of arrival; what was used since gets a second chance.
/// </remarks>
internal sealed class ValidatedTokenCache
{
    /// <summary>About 50 MB at 1 KB each.</summary>
    public const int DefaultCapacity = 50_000;

    private readonly ConcurrentDictionary<string, CachedToken> _tokens;
    private readonly ConcurrentDictionary<string, CachedToken>.AlternateLookup<ReadOnlySpan<char>> _byText;

    // Every token of the dictionary stands here exactly once; a removed one stays until it is its turn.
    private readonly ConcurrentQueue<CachedToken> _order = new();
    private readonly int _capacity;
    private int _queued;

    public ValidatedTokenCache(int capacity)
    {
        _capacity = capacity;
        _tokens = new ConcurrentDictionary<string, CachedToken>(new TokenTextComparer());
        _byText = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Count => _tokens.Count;

    /// <summary>Finds a token that is still valid at a moment (UTC ticks).</summary>
    public bool TryGet(ReadOnlySpan<char> text, long now, [NotNullWhen(true)] out CachedToken? token)
    {
        if (!_byText.TryGetValue(text, out token))
        {
            return false;
        }

        if (token.IsValid(now))
        {
            token.NoteUse();
            return true;
        }

        _tokens.TryRemove(KeyValuePair.Create(token.Token, token));
        token = null;
        return false;
    }

    /// <summary>Keeps a token that was just found valid.</summary>
    public void Add(CachedToken token)
    {
        // Room first, or the newcomer, not yet used, would be the one to go.
        if (Interlocked.Increment(ref _queued) > _capacity)
        {
            Evict();
        }

        _tokens[token.Token] = token;
        _order.Enqueue(token);
    }

    private void Evict()
    {
        // With every token in use the oldest goes after one round: the bound is hard.
        for (var turns = _capacity; _order.TryDequeue(out var oldest); turns--)
        {
            if (turns > 0 && oldest.WasUsed && IsCurrent(oldest))
            {
                oldest.ForgetUse();
                _order.Enqueue(oldest);
                continue;
            }

            Interlocked.Decrement(ref _queued);
            _tokens.TryRemove(KeyValuePair.Create(oldest.Token, oldest));
            return;
        }
    }

    private bool IsCurrent(CachedToken token) => _tokens.TryGetValue(token.Token, out var current) && ReferenceEquals(current, token);
}

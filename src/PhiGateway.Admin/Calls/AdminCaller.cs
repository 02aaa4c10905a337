namespace PhiGateway.Admin.Calls;

/// <summary>The authenticated person or pipeline behind an admin call.</summary>
/// <param name="Person">Who; four eyes compare this, not the key.</param>
/// <param name="Method">How it was proven: <c>key:id</c> or <c>oidc</c>.</param>
/// <param name="Roles">Known roles only.</param>
internal sealed record AdminCaller(string Person, string Method, IReadOnlyList<string> Roles)
{
    /// <summary>
    /// Others who may be behind the call: whoever was shown the whole secret of its key, or was its person before. Security: what the call
    /// does counts as theirs too, so that nobody acts as two by making a key. Who only edited the key is not among them.
    /// </summary>
    public IReadOnlyList<string> Makers { get; init; } = [];

    /// <summary>When what proved it ends, UTC; null: it is not said, or is asked of the key.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// The hash of its key as it is stored: another one under the same id is another key, and goes on with nothing that this one began. Null: no
    /// key.
    /// </summary>
    public string? KeyHash { get; init; }

    /// <summary>The session that the call was made in; null: a key or a token speaks for itself.</summary>
    public ICallerSession? Session { get; init; }

    public bool HasAny(IReadOnlyList<string> roles)
    {
        foreach (var role in roles)
        {
            if (Roles.Contains(role))
            {
                return true;
            }
        }

        return false;
    }
}

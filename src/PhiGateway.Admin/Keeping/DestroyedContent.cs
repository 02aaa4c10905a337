using PhiGateway.Audit.Keeping;

namespace PhiGateway.Admin.Keeping;

/// <summary>Destroys the content of a tenant's month of the trail; done when a second person asks for the same.</summary>
/// <param name="Month">Such as <c>2015-03</c>.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record DestroyContentBody(string? Month = null, string? Tenant = null, string? Reason = null);

/// <summary>What content went, or would go.</summary>
/// <param name="Month">The month.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Records">Of how many records.</param>
/// <param name="Logs">Which places of which logs.</param>
/// <param name="AskedBy">Who asked first; null: nobody yet.</param>
/// <param name="IsDestroyed">Whether it went; false: a second person is needed.</param>
public sealed record DestroyedContent(
    string Month,
    string Tenant,
    long Records,
    IReadOnlyList<KeptRange> Logs,
    string? AskedBy,
    bool IsDestroyed
);

/// <summary>Data keys that are alike.</summary>
/// <param name="Month">The month whose records they seal.</param>
/// <param name="Tenant">Whose; null: records of no tenant, and registers.</param>
/// <param name="WrappingKey">Name of the body key that wraps them, or did when they were destroyed.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Destroyed">How many of them were destroyed.</param>
public sealed record SealingKeys(string Month, string? Tenant, string WrappingKey, long Count, long Destroyed);

/// <summary>The data keys of the trail, by month and tenant.</summary>
/// <param name="Items">The keys.</param>
public sealed record BodyKeyList(IReadOnlyList<SealingKeys> Items);

/// <summary>What the record of an asked destruction says.</summary>
/// <param name="Month">The month.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Reason">Why.</param>
/// <param name="Persons">Everybody whose act it may be.</param>
internal sealed record DestructionContent(string Month, string Tenant, string Reason, IReadOnlyList<string> Persons);

/// <summary>A destruction of content, or the deletion of a month, that was begun.</summary>
/// <param name="Id">Id of the record that began it.</param>
/// <param name="At">When.</param>
/// <param name="IsProven">Whether this node's own log proves that record.</param>
/// <param name="IsDone">Whether it was done; null: no record says what came of it.</param>
/// <param name="Records">How many records it was about.</param>
internal sealed record BegunDestruction(Guid Id, DateTimeOffset At, bool IsProven, bool? IsDone, long Records = 0)
{
    /// <summary>
    /// The one whose end is missing: the newest, as far as this node's own log proves it, unless a later one was done; null: none is.
    /// </summary>
    public static BegunDestruction? Unfinished(IReadOnlyList<BegunDestruction> newestFirst) =>
        newestFirst.FirstOrDefault(static one => one.IsProven && one.IsDone != false) is { IsDone: null } open ? open : null;
}

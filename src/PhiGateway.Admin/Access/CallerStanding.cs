using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>
/// Says whether a caller that was let in may go on: asked by what takes long, before each piece of it. A key that was ended or disabled
/// meanwhile, or has another secret now, that lost a role, a token that has ended, or a session that was ended, ends what it began.
/// </summary>
internal sealed class CallerStanding(IRegistryStore store, TimeProvider time)
{
    /// <summary>Whether the credential is good still, for all roles that it had.</summary>
    public async Task<bool> StandsAsync(AdminCaller caller, CancellationToken cancellationToken) =>
        !(caller.Until <= time.GetUtcNow()) && await IsNotEndedAsync(caller, cancellationToken);

    /// <summary>
    /// Whether nobody has ended the credential since, for what writes in many pieces: a token that is over by its own time ends nothing
    /// that was begun with it.
    /// </summary>
    public async Task<bool> IsNotEndedAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        if (caller.Session?.IsOver == true)
        {
            return false;
        }

        // One row and not the set of all: that is read anew after each piece that is written.
        return KeyOf(caller) is not { } id
            || (
                await store.FindAsync(RegistryKind.AdminKey, id, cancellationToken) is { } item
                && StoredBody.Read(item, out _) is AdminKey key
                && IsGood(key, caller, time.GetUtcNow())
            );
    }

    // Null: a token or a session speaks for itself.
    private static string? KeyOf(AdminCaller caller) =>
        caller.Method.StartsWith(AdminKeyAuthenticator.KeyMethod, StringComparison.Ordinal)
            ? caller.Method[AdminKeyAuthenticator.KeyMethod.Length..]
            : null;

    private static bool IsGood(AdminKey key, AdminCaller caller, DateTimeOffset now) =>
        !key.Disabled
        && !(key.Expires <= now)
        && caller.Roles.All(key.Roles.Contains)
        && (caller.KeyHash is not { } hash || string.Equals(key.Hash, hash, StringComparison.Ordinal));
}

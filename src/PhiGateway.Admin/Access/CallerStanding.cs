using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Access;

/// <summary>
/// Says whether a caller that was let in may go on: asked by what takes long, before each piece of it. A key that was ended or disabled
/// meanwhile, that lost a role, a token that has ended, or a session that was ended, ends what it began.
/// </summary>
internal sealed class CallerStanding(IAdminKeys keys, TimeProvider time)
{
    /// <summary>Whether the credential is good still, for all roles that it had.</summary>
    public async Task<bool> StandsAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (caller.Until <= now || caller.Session?.IsOver == true)
        {
            return false;
        }

        if (!caller.Method.StartsWith(AdminKeyAuthenticator.KeyMethod, StringComparison.Ordinal))
        {
            return true;
        }

        foreach (var key in await keys.ListAsync(isStop: false, cancellationToken))
        {
            if (AdminKeyAuthenticator.KeyMethod + key.Id == caller.Method)
            {
                return !key.Disabled && !(key.Expires <= now) && caller.Roles.All(key.Roles.Contains);
            }
        }

        return false;
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Finds the admin key behind a bearer token; every stored hash is compared in constant time.</summary>
internal sealed class AdminKeyAuthenticator(IAdminKeys keys, TimeProvider time)
{
    /// <summary>What stands before the id of a key where it is said how somebody was authenticated.</summary>
    internal const string KeyMethod = "key:";

    public async Task<AdminCaller?> AuthenticateAsync(string token, bool isStop, CancellationToken cancellationToken)
    {
        var hash = Convert.FromHexString(AdminKeyHash.OfShown(token));
        AdminKey? found = null;
        foreach (var key in await keys.ListAsync(isStop, cancellationToken))
        {
            // No early exit: the time taken says nothing about which key came close.
            if (AdminKeyHash.Matches(key.Hash, hash))
            {
                found = key;
            }
        }

        if (found is null || found.Disabled || found.Expires <= time.GetUtcNow())
        {
            return null;
        }

        // Until its person has fetched the secret that nobody else saw, it does nothing else.
        return found.Handover == KeyHandover.Unclaimed
            ? new AdminCaller(found.Person, KeyMethod + found.Id, [AdminRoles.Unclaimed])
            : new AdminCaller(found.Person, KeyMethod + found.Id, [.. found.Roles.Where(AdminRoles.IsKnown)])
            {
                Makers = await keys.KnownToAsync(found, isStop, cancellationToken),
                KeyHash = found.Hash,
            };
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Finds the admin key behind a bearer token; every stored hash is compared in constant time.</summary>
internal sealed class AdminKeyAuthenticator(IAdminKeys keys, TimeProvider time)
{
    public async Task<AdminCaller?> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Convert.FromHexString(AdminKeyHash.OfShown(token));
        AdminKey? found = null;
        foreach (var key in await keys.ListAsync(cancellationToken))
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

        return new AdminCaller(found.Person, "key:" + found.Id, [.. found.Roles.Where(AdminRoles.IsKnown)]);
    }
}

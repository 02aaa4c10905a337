using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Gives the gate the admin keys that exist, from the registry's documents.</summary>
internal interface IAdminKeys
{
    /// <summary>Every key as it is now, ended and disabled ones too.</summary>
    Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whoever was shown a key's whole secret, or was its person before, and is not its person.</summary>
    Task<IReadOnlyList<string>> KnownToAsync(AdminKey key, CancellationToken cancellationToken);
}

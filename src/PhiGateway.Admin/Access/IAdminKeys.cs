using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Gives the gate the admin keys that exist, from the registry's documents.</summary>
internal interface IAdminKeys
{
    /// <summary>Every key as it is now, ended and disabled ones too.</summary>
    Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whoever made a key and was shown its whole secret, and is not its person.</summary>
    Task<IReadOnlyList<string>> MakersAsync(AdminKey key, CancellationToken cancellationToken);
}

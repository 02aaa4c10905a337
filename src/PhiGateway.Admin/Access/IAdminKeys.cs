using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Gives the gate the admin keys that exist, from the registry's documents.</summary>
internal interface IAdminKeys
{
    /// <summary>Every key as it is now, ended and disabled ones too.</summary>
    /// <param name="isStop">Whether it is for an emergency stop: those that were read last will do where the registry does not answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IEnumerable<AdminKey>> ListAsync(bool isStop, CancellationToken cancellationToken);

    /// <summary>Whoever was shown a key's whole secret, or was its person before, and is not its person.</summary>
    Task<IReadOnlyList<string>> KnownToAsync(AdminKey key, bool isStop, CancellationToken cancellationToken);
}

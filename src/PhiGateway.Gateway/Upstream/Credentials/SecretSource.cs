using PhiGateway.Gateway.Configuration;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>Reads one secret as it is now, from where it is kept or from a program; used by the makers of credentials.</summary>
internal sealed class SecretSource
{
    // One read of a small file; what a rotation writes is in force that soon.
    private static readonly TimeSpan FileEvery = TimeSpan.FromSeconds(5);

    private readonly string? _reference;
    private readonly BackendCredentialOptions? _command;

    /// <summary>What is kept behind a reference.</summary>
    public SecretSource(string reference) => _reference = reference;

    /// <summary>What an operator wrote about it.</summary>
    public SecretSource(BackendCredentialOptions options) =>
        (_reference, _command) = options.Secret is { } reference ? (reference, null) : ((string?)null, options);

    /// <summary>How often it is looked at again; null: it cannot change while the process runs.</summary>
    public TimeSpan? Every
    {
        get
        {
            if (_command is not null)
            {
                return _command.CommandEvery;
            }

            return _reference!.StartsWith("env:", StringComparison.Ordinal) ? null : FileEvery;
        }
    }

    /// <exception cref="CredentialException">It is not there.</exception>
    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (_command is { } command)
        {
            return await SecretCommand.RunAsync(command.Command, command.CommandTimeout, cancellationToken);
        }

        return SecretReference.TryResolve(_reference!, out var value, out var why) ? value : throw new CredentialException(why);
    }
}

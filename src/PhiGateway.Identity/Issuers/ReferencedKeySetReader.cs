using System.Text;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>Reads a key set that the operator keeps where a reference says, read again on each refresh.</summary>
/// <param name="reference"><c>env:NAME</c>, <c>file:/path</c> or <c>systemd:NAME</c>.</param>
internal sealed class ReferencedKeySetReader(string reference) : IKeySetReader
{
    public Task<JwksReading> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            SecretReference.TryResolve(reference, out var text, out var why)
                ? JwksReader.Read(Encoding.UTF8.GetBytes(text))
                : JwksReading.Failed(why)
        );
}

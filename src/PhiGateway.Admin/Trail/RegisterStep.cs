using System.Text.Json;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Reads what a step of a register that is kept in the trail says; used by registers for which a step that cannot be read is none.
/// </summary>
/// <remarks>
/// Security: whoever ships may add rows. One that is no step must not keep everybody from the others; that it is there at all is what
/// verifiers say.
/// </remarks>
internal static class RegisterStep
{
    /// <summary>Passes over a row that cannot be read.</summary>
    public static readonly Action<AuditEntry> PassOver = static _ => { };

    /// <summary>What the step says; null: nothing that can be read.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">How its content was written; null: as most are.</param>
    public static T? Read<T>(AuditRecord step, JsonSerializerOptions? options = null)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(step.After ?? "null", options ?? AdminJson.Options);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

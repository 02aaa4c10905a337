using Microsoft.Extensions.Compliance.Classification;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Marks a parameter of a log method that could name a patient: <see cref="GatewayLogging"/> has it erased before any sink sees it.
/// </summary>
/// <remarks>
/// The first fence is that no log method has such a parameter. This one stands behind it, for the parameter that somebody adds all the
/// same.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class PatientDataAttribute() : DataClassificationAttribute(Class)
{
    /// <summary>The classification itself.</summary>
    public static DataClassification Class { get; } = new("PhiGateway", "PatientData");
}

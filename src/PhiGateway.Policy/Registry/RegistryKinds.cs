namespace PhiGateway.Policy.Registry;

/// <summary>
/// Says which numbers of document kinds that this version does not know may be passed over, and which close what they could concern.
/// </summary>
public static class RegistryKinds
{
    /// <summary>
    /// Kinds from this number on describe and never restrict: a node that does not know one passes over it. A kind below it governs, and a
    /// node that does not know it serves nobody.
    /// </summary>
    public const int FirstThatDescribes = 128;
}

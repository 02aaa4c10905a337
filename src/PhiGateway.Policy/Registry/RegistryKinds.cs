namespace PhiGateway.Policy.Registry;

/// <summary>What holds for kinds of document that do not exist yet.</summary>
public static class RegistryKinds
{
    /// <summary>
    /// Kinds from this number on describe and never restrict: a node that does not know one passes over it. A kind below it governs, and a
    /// node that does not know it serves nobody.
    /// </summary>
    public const int FirstThatDescribes = 128;
}

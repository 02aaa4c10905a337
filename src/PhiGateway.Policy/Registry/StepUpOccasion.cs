namespace PhiGateway.Policy.Registry;

/// <summary>What a client does for the first time, so that a <see cref="StepUp"/> is asked for then only.</summary>
public enum StepUpOccasion : byte
{
    /// <summary>It calls from a network (a /24, of IPv6 a /48) that it has not shown a sign-in as asked from.</summary>
    NewNetwork,

    /// <summary>It asks for a type of resource that it has not asked for under such a sign-in.</summary>
    NewType,
}

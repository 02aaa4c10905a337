namespace PhiGateway.Policy.Vocabulary;

/// <summary>The stages of a request that refuse, in the order in which it meets them; each <see cref="DenyReason"/> belongs to one.</summary>
public enum DenyStage : byte
{
    Ingress,
    Identify,
    Understand,
    Decide,
    Admit,
    Forward,
    Release,

    /// <summary>The frame around them all: what cannot be recorded is not given.</summary>
    Audit,
}

namespace PhiGateway.Policy.Vocabulary;

/// <summary>An immutable set of interactions.</summary>
public readonly record struct InteractionSet
{
    private readonly uint _bits;

    private InteractionSet(uint bits) => _bits = bits;

    /// <summary>True when nothing is in it.</summary>
    public bool IsEmpty => _bits == 0;

    /// <summary>The set of these interactions; <see cref="Interaction.None"/> is ignored.</summary>
    public static InteractionSet Of(params ReadOnlySpan<Interaction> interactions)
    {
        var bits = 0u;
        foreach (var interaction in interactions)
        {
            bits |= 1u << (int)interaction;
        }

        return new InteractionSet(bits & ~1u);
    }

    /// <summary>Whether the interaction is a member; never for <see cref="Interaction.None"/>.</summary>
    public bool Contains(Interaction interaction) => interaction != Interaction.None && (_bits >> (int)interaction & 1) == 1;

    /// <summary>Interactions in either set.</summary>
    public InteractionSet Union(InteractionSet other) => new(_bits | other._bits);

    /// <summary>Interactions in both sets.</summary>
    public InteractionSet Intersect(InteractionSet other) => new(_bits & other._bits);

    /// <summary>True when every member of the other set is in this one.</summary>
    public bool Covers(InteractionSet other) => (other._bits & ~_bits) == 0;
}

namespace PhiGateway.Fhir.Changes;

/// <summary>What a write would change that needs a right of its own, such as the owner or the labels of a record.</summary>
[Flags]
public enum ProtectedChanges : ushort
{
    /// <summary>Nothing protected changes.</summary>
    None = 0,

    /// <summary>One of the two versions, or the patch, could not be read: nothing can be said, so nothing may pass.</summary>
    Unreadable = 1,

    /// <summary>The logical id.</summary>
    Id = 2,

    /// <summary>The resource type.</summary>
    Type = 4,

    /// <summary>Whose record it is.</summary>
    Owner = 8,

    /// <summary>Confidentiality or another security label, in <c>meta.security</c>, contained or inline.</summary>
    Labels = 16,

    /// <summary><c>meta.tag</c>, where tenants and workflows are marked.</summary>
    Tags = 32,

    /// <summary><c>Patient.link</c> or <c>Person.link</c>: joins identities.</summary>
    Link = 64,

    /// <summary>A JSON Patch tests a value: its success betrays what is stored.</summary>
    Test = 128,
}

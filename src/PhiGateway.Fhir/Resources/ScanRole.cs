namespace PhiGateway.Fhir.Resources;

/// <summary>What an element means to the judgement of its resource, such as a label or an owner.</summary>
[Flags]
internal enum ScanRole : ushort
{
    None = 0,

    /// <summary>A Reference that says whose record it is.</summary>
    Owner = 1,

    /// <summary>A Reference that may name a patient; counts where no owner makes the resource somebody's record.</summary>
    Secondary = 2,

    /// <summary>A Coding of <c>meta.security</c>: the resource's own label.</summary>
    Label = 4,

    /// <summary>A Coding that can only raise: a label of something the resource describes.</summary>
    RaisingLabel = 8,

    /// <summary>A Coding of <c>meta.tag</c>.</summary>
    Tag = 16,

    /// <summary>An Extension; it may be a DS4P inline label.</summary>
    Extension = 32,

    /// <summary>A Coding inside an Extension, a label when the extension turns out to be one.</summary>
    InlineCoding = 64,

    /// <summary>The resource's id.</summary>
    Id = 128,

    /// <summary><c>meta.versionId</c></summary>
    VersionId = 256,

    /// <summary><c>Composition.confidentiality</c>: a bare code.</summary>
    ConfidentialityCode = 512,

    /// <summary>The text of a reference; an upstream base in it is rewritten.</summary>
    ReferenceText = 1024,

    /// <summary>A contained resource.</summary>
    Contained = 2048,

    /// <summary>The text of a narrative; addresses of the upstream in it are rewritten.</summary>
    Narrative = 4096,
}

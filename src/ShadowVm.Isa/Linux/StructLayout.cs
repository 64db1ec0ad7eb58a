namespace ShadowVm.Isa.Linux;

/// <summary>Where the fields of a structure lie.</summary>
/// <param name="Bytes">Size of the whole.</param>
/// <param name="Fields">Its fields.</param>
public sealed record StructLayout(int Bytes, IReadOnlyList<StructField> Fields)
{
    /// <summary>A field by name, or null where the structure has none.</summary>
    public StructField? Find(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name) return field;
        }

        return null;
    }

    /// <summary>A field that every such structure has.</summary>
    public StructField this[string name] =>
        Find(name) ?? throw new InvalidOperationException($"the layout has no field '{name}'");
}

/// <summary>A field of a structure.</summary>
/// <param name="Name">Its name, without the structure's prefix.</param>
/// <param name="Offset">Bytes from the structure's start.</param>
/// <param name="Bytes">1, 2, 4 or 8; a signal mask may have more.</param>
public sealed record StructField(string Name, int Offset, int Bytes);

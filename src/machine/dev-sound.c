/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <sound> and <audio>: sound cards, and where the sound goes. */
#include "machine/command.h"

static const MachineAudio *
find_audio(const Command *command, guint id)
{
    const GPtrArray *audios = machine_devices(command->in->def, MACHINE_DEVICE_AUDIO);

    for (guint i = 0; i < audios->len; i++) {
        const MachineAudio *audio = g_ptr_array_index(audios, i);

        if (id == 0 || audio->id == id)
            return audio;
    }
    return NULL;
}

gboolean
dev_audio(Command *command, gconstpointer device, GError **error)
{
    const MachineAudio *audio = device;
    g_autofree char *id = g_strdup_printf("audio%u", audio->id);
    Option *option;

    if (audio->type == MACHINE_AUDIO_FILE)
        return command_refuse(command->in, audio->info.line, error,
                              "<audio type='file'> is not supported; use 'none' or 'spice'");
    option = option_new(audio->type == MACHINE_AUDIO_SPICE ? "spice" : "none");
    option_string(option, "id", id);
    command_take(command, "-audiodev", option);
    return TRUE;
}

static const char *
sound_driver(MachineSoundModel model)
{
    switch (model) {
    case MACHINE_SOUND_ICH6:
        return "intel-hda";
    case MACHINE_SOUND_ICH9:
        return "ich9-intel-hda";
    case MACHINE_SOUND_AC97:
        return "AC97";
    case MACHINE_SOUND_ES1370:
        return "ES1370";
    case MACHINE_SOUND_SB16:
        return "sb16";
    case MACHINE_SOUND_USB:
        return "usb-audio";
    case MACHINE_SOUND_PCSPK: /* an option of the machine: command-machine.c */
    case MACHINE_SOUND_LAST:
        break;
    }
    return NULL;
}

static const char *
codec_driver(MachineCodec codec)
{
    switch (codec) {
    case MACHINE_CODEC_MICRO:
        return "hda-micro";
    case MACHINE_CODEC_OUTPUT:
        return "hda-output";
    case MACHINE_CODEC_DUPLEX:
    case MACHINE_CODEC_LAST:
        break;
    }
    return "hda-duplex";
}

static void
add_codecs(Command *command, const MachineSound *sound, const char *audio)
{
    guint n = sound->n_codecs > 0 ? sound->n_codecs : 1;
    g_autofree char *bus = g_strconcat(sound->info.alias, ".0", NULL);

    for (guint i = 0; i < n; i++) {
        MachineCodec codec = sound->n_codecs > 0 ? sound->codecs[i] : MACHINE_CODEC_DUPLEX;
        g_autofree char *id = g_strdup_printf("%s-codec%u", sound->info.alias, i);
        Option *option = option_new(codec_driver(codec));

        option_string(option, "id", id);
        option_string(option, "bus", bus);
        option_uint(option, "cad", i);
        option_string(option, "audiodev", audio);
        command_take(command, "-device", option);
    }
}

gboolean
dev_sound(Command *command, gconstpointer device, GError **error)
{
    const MachineSound *sound = device;
    const char *driver = sound_driver(sound->model);
    const MachineAudio *audio = find_audio(command, sound->audio_id);
    g_autofree char *audio_id = NULL;
    g_autoptr(Option) option = NULL;
    gboolean has_codecs = sound->model == MACHINE_SOUND_ICH6 || sound->model == MACHINE_SOUND_ICH9;

    if (driver == NULL)
        return TRUE;
    if (!command_has_device(command, driver))
        return command_refuse(command->in, sound->info.line, error,
                              "<sound>: this QEMU has no device '%s'", driver);
    if (audio == NULL && sound->audio_id != 0)
        return command_wrong(command->in, sound->info.line, error,
                             "<sound>: there is no <audio id='%u'>", sound->audio_id);
    audio_id = audio != NULL ? g_strdup_printf("audio%u", audio->id) : NULL;
    option = option_new(driver);
    if (!option_device(command, option, &sound->info, error))
        return FALSE;
    if (!has_codecs)
        option_string(option, "audiodev", audio_id);
    command_take(command, "-device", g_steal_pointer(&option));
    if (has_codecs)
        add_codecs(command, sound, audio_id);
    return TRUE;
}

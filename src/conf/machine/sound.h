/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/sound.h - <sound> and <audio>: sound cards, and where the sound goes. */
#pragma once

#include "conf/domain/device.h"

typedef enum {
    MACHINE_SOUND_ICH6,
    MACHINE_SOUND_ICH9,
    MACHINE_SOUND_AC97,
    MACHINE_SOUND_ES1370,
    MACHINE_SOUND_SB16,
    MACHINE_SOUND_PCSPK,
    MACHINE_SOUND_USB,
    MACHINE_SOUND_LAST
} MachineSoundModel;
ENUM_DECL(machine_sound_model, MachineSoundModel);

typedef enum {
    MACHINE_CODEC_DUPLEX,
    MACHINE_CODEC_MICRO,
    MACHINE_CODEC_OUTPUT,
    MACHINE_CODEC_LAST
} MachineCodec;
ENUM_DECL(machine_codec, MachineCodec);

#define MACHINE_CODECS_MAX 4

typedef struct {
    DomainDeviceInfo info;
    MachineSoundModel model;
    MachineCodec codecs[MACHINE_CODECS_MAX]; /* ich6, ich9; none: duplex */
    guint n_codecs;
    guint audio_id; /* 0: the first backend */
} MachineSound;

typedef enum {
    MACHINE_AUDIO_NONE,
    MACHINE_AUDIO_SPICE,
    MACHINE_AUDIO_FILE,
    MACHINE_AUDIO_LAST
} MachineAudioType;
ENUM_DECL(machine_audio_type, MachineAudioType);

typedef struct {
    DomainDeviceInfo info; /* no address, no alias */
    guint id;
    MachineAudioType type;
    char *path; /* file: a WAV that is written */
} MachineAudio;
